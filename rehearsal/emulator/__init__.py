"""A Lambda that streams, on the loopback interface.

function = Function(
    name="chat",
    task_root=Path("build/bundle"),
    opt_root=Path("build/layers"),  # extensions/lambda-adapter
    handler="streaming.app.app",
    interpreter=Path(sys.executable),
    environment={"AWS_LAMBDA_EXEC_WRAPPER": "/var/task/run.sh", "AWS_LWA_INVOKE_MODE": "response_stream"},
)
async with (
    LambdaService(function) as service,
    function_url(service, streaming=True) as address,
    httpx.AsyncClient(base_url=address) as client,
    client.stream("GET", "/events") as response,
):
    ...
service.cold_starts, service.invocations, service.log
"""

from .environment import ColdStart
from .errors import EmulatorError, InvocationFailed, NotDeployable, PayloadTooLarge, TooManyRequests
from .front_ends.api_gateway import http_api, rest_api
from .front_ends.function_url import function_url
from .function import Function
from .invocation import Invocation, Record
from .limits import Limits
from .log import Line, Log
from .service import LambdaService

__all__ = [
    "ColdStart",
    "EmulatorError",
    "Function",
    "Invocation",
    "InvocationFailed",
    "LambdaService",
    "Limits",
    "Line",
    "Log",
    "NotDeployable",
    "PayloadTooLarge",
    "Record",
    "TooManyRequests",
    "function_url",
    "http_api",
    "rest_api",
]
