"""`python -m bench.synth_parts`: synthesises as `python app.py` does, and prints how long each part took, as JSON."""

from __future__ import annotations

import json
import time


def main() -> None:
    times = [time.perf_counter()]
    import aws_cdk  # noqa: F401  # its import is the first part

    times.append(time.perf_counter())
    import app as entry

    times.append(time.perf_counter())
    built = entry.build_app()
    times.append(time.perf_counter())
    built.synth()
    times.append(time.perf_counter())
    names = ("import aws_cdk", "import app.py", "build both stages", "synthesise and validate")
    print(json.dumps({name: end - begin for name, begin, end in zip(names, times, times[1:], strict=False)}))


if __name__ == "__main__":
    main()
