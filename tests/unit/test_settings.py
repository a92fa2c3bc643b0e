from __future__ import annotations

import pytest

from functions.stream.streaming.settings import JwtSettings, Settings

NUMBERS = {
    "STREAM_MAX_INPUT_BYTES": "max_input_bytes",
    "STREAM_HEARTBEAT_SECONDS": "heartbeat_seconds",
    "STREAM_FRAME_CHARACTERS": "frame_characters",
    "STREAM_FRAME_MILLISECONDS": "frame_milliseconds",
    "STREAM_DEADLINE_MARGIN_SECONDS": "deadline_margin_seconds",
}
WHOLE_NUMBERS = ["STREAM_MAX_INPUT_BYTES", "STREAM_FRAME_CHARACTERS"]


def test_settings_are_the_defaults_when_the_environment_is_empty() -> None:
    assert Settings.from_environment({}) == Settings()
    assert Settings().source == "local"


def test_settings_take_the_source_from_its_variable() -> None:
    assert Settings.from_environment({"STREAM_SOURCE": "bedrock"}) == Settings(source="bedrock")


@pytest.mark.parametrize(("variable", "field"), NUMBERS.items())
def test_settings_take_each_number_from_its_variable(variable: str, field: str) -> None:
    assert Settings.from_environment({variable: "7"}) == Settings(**{field: 7})  # type: ignore[arg-type]


@pytest.mark.parametrize("variable", set(NUMBERS) - set(WHOLE_NUMBERS))
def test_settings_take_fractions_where_they_make_sense(variable: str) -> None:
    assert getattr(Settings.from_environment({variable: "0.25"}), NUMBERS[variable]) == 0.25


@pytest.mark.parametrize("text", ["", "ten", "0", "-1", "nan", "inf", "1e999"])
@pytest.mark.parametrize("variable", NUMBERS)
def test_settings_name_the_variable_when_its_value_is_no_number_above_zero(variable: str, text: str) -> None:
    with pytest.raises(ValueError, match=f"Expected {variable} to be .*number above 0, got {text!r}"):
        Settings.from_environment({variable: text})


@pytest.mark.parametrize("variable", WHOLE_NUMBERS)
def test_settings_never_round_a_limit_down_to_zero(variable: str) -> None:
    with pytest.raises(ValueError, match=f"Expected {variable} to be a whole number above 0, got '0.5'"):
        Settings.from_environment({variable: "0.5"})


@pytest.mark.parametrize(("text", "value"), [("true", True), ("false", False)])
def test_settings_log_text_when_the_switch_is_on(text: str, value: bool) -> None:
    assert Settings.from_environment({"STREAM_LOG_TEXT": text}).log_text is value


@pytest.mark.parametrize("text", ["", "1", "True"])
def test_settings_name_the_switch_that_is_neither_on_nor_off(text: str) -> None:
    with pytest.raises(ValueError, match=f"Expected STREAM_LOG_TEXT to be 'true' or 'false', got '{text}'"):
        Settings.from_environment({"STREAM_LOG_TEXT": text})


def test_settings_take_the_token_check_from_its_variables() -> None:
    environment = {"STREAM_JWT_ISSUER": "https://issuer.example", "STREAM_JWT_AUDIENCE": "one two"}
    expected = JwtSettings(issuer="https://issuer.example", audience=("one", "two"))
    assert Settings.from_environment(environment).jwt == expected
    assert Settings.from_environment(environment | {"STREAM_JWT_SCOPE": "s"}).jwt == expected._replace(scope="s")


@pytest.mark.parametrize(
    ("environment", "missing"),
    [
        ({"STREAM_JWT_AUDIENCE": "a"}, "STREAM_JWT_ISSUER"),
        ({"STREAM_JWT_SCOPE": "s"}, "STREAM_JWT_ISSUER"),
        ({"STREAM_JWT_ISSUER": ""}, "STREAM_JWT_ISSUER"),
        ({"STREAM_JWT_ISSUER": "https://issuer.example"}, "STREAM_JWT_AUDIENCE"),
        ({"STREAM_JWT_ISSUER": "https://issuer.example", "STREAM_JWT_AUDIENCE": " "}, "STREAM_JWT_AUDIENCE"),
    ],
)
def test_settings_never_leave_the_service_open_for_half_a_token_check(
    environment: dict[str, str], missing: str
) -> None:
    with pytest.raises(ValueError, match=f"Expected {missing} to be set beside"):
        Settings.from_environment(environment)
