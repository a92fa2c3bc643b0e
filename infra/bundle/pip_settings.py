"""pip's own settings of indexes, certificates and proxy, in uv's names: uv reads none of pip's."""

from __future__ import annotations

import configparser
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .errors import BundleError


@dataclass(frozen=True)
class _Setting:
    pip: str
    uv: str
    separator: str = " "
    #: Other names of the same in uv.
    synonyms: tuple[str, ...] = ()


_SETTINGS = (
    _Setting("index-url", "UV_DEFAULT_INDEX", synonyms=("UV_INDEX_URL",)),
    _Setting("extra-index-url", "UV_INDEX", synonyms=("UV_EXTRA_INDEX_URL",)),
    _Setting("find-links", "UV_FIND_LINKS", separator=","),
    _Setting("trusted-host", "UV_INSECURE_HOST"),
    _Setting("cert", "SSL_CERT_FILE"),
    _Setting("proxy", "ALL_PROXY", synonyms=("all_proxy",)),
)
_SECTIONS = ("global", "install")


def uv_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """Those that uv has no own setting for. Raises BundleError for a configuration file that pip refuses too."""
    configured = _configured(environment)
    settings: dict[str, str] = {}
    for setting in _SETTINGS:
        variable = f"PIP_{setting.pip.replace('-', '_').upper()}"
        values = (environment.get(variable) or configured.get(setting.pip, "")).split()
        if values and not any(environment.get(name) for name in (setting.uv, *setting.synonyms)):
            settings[setting.uv] = setting.separator.join(values)
    if "UV_INDEX" in settings and not environment.get("UV_INDEX_STRATEGY"):
        # pip takes a version from any of its indexes, and so may we: the lock's hashes say what it has to be.
        settings["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return settings


def _configured(environment: Mapping[str, str]) -> dict[str, str]:
    by_section: dict[str, dict[str, str]] = {section: {} for section in _SECTIONS}
    for file in _configuration_files(environment):
        parser = configparser.RawConfigParser()
        try:
            parser.read(file, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError) as error:
            # Without the error's text, which quotes the line: an index's address may hold a password.
            raise BundleError(
                f"Expected a configuration that pip can read, got {type(error).__name__} in {file}: correct the file."
            ) from None
        for section in filter(parser.has_section, _SECTIONS):
            by_section[section] |= {name.replace("_", "-"): value for name, value in parser.items(section)}
    return {name: value for section in _SECTIONS for name, value in by_section[section].items()}


def _configuration_files(environment: Mapping[str, str]) -> Iterator[Path]:
    """The later overrides the earlier. https://pip.pypa.io/en/stable/topics/configuration/"""
    named = environment.get("PIP_CONFIG_FILE", "")
    if named == os.devnull:
        return
    yield from (Path(folder, "pip", "pip.conf") for folder in _folders(environment.get("XDG_CONFIG_DIRS"), "/etc/xdg"))
    yield Path("/etc/pip.conf")
    if not Path(named).is_file():
        home = Path(environment.get("HOME") or Path.home())
        yield home / ".pip" / "pip.conf"
        yield Path(environment.get("XDG_CONFIG_HOME") or home / ".config", "pip", "pip.conf")
        yield home / "Library" / "Application Support" / "pip" / "pip.conf"
    yield Path(sys.prefix, "pip.conf")
    yield Path(named)


def _folders(value: str | None, default: str) -> list[str]:
    return [folder for folder in (value or default).split(os.pathsep) if folder]
