"""What the exec wrapper and the Lambda Web Adapter are configured with. Imports the standard library only.

https://aws.github.io/aws-lambda-web-adapter/configuration/environment-variables.html
"""

from __future__ import annotations

#: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html#runtime-wrapper
EXEC_WRAPPER = "AWS_LAMBDA_EXEC_WRAPPER"
#: The header whose value the application gets as `Authorization`.
AUTHORIZATION_SOURCE = "AWS_LWA_AUTHORIZATION_SOURCE"
INVOKE_MODE = "AWS_LWA_INVOKE_MODE"
#: The path that gets events which are not HTTP requests.
PASS_THROUGH_PATH = "AWS_LWA_PASS_THROUGH_PATH"
PORT = "AWS_LWA_PORT"
READINESS_CHECK_PATH = "AWS_LWA_READINESS_CHECK_PATH"

#: The two values of INVOKE_MODE.
BUFFERED = "buffered"
RESPONSE_STREAM = "response_stream"

#: The folder that Lambda unpacks the bundle into, and the wrapper in it.
TASK_ROOT = "/var/task"
RUN_SH = f"{TASK_ROOT}/run.sh"

#: The application's own paths.
HEALTH_PATH = "/healthz"
EVENTS_PATH = "/events"
