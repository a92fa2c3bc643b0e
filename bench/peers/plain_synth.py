"""The smallest app that is still one: a stack with a Lambda function of one file."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_

app = cdk.App()
lambda_.Function(
    cdk.Stack(app, "Plain"),
    "Function",
    runtime=lambda_.Runtime.PYTHON_3_14,
    handler="app.handler",
    code=lambda_.Code.from_asset(str(Path(__file__).parent / "plain_function")),
)
app.synth()
