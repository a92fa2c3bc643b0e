"""What is paid for, in US dollars in us-east-1, first tier, without the free one. Each with where and when it was read.

None of them could be asked of AWS itself from where this was written: check them before you rely on a total.
"""

from infra.monitoring import prices as lambda_prices

#: A second with a GB of memory.
GIBIBYTE_SECOND = lambda_prices.GB_SECOND["arm64"]
MILLION_REQUESTS = lambda_prices.REQUEST * 1_000_000
#: A GB of log lines. https://c3x.dev/blog/cloudwatch-logs-cost-optimization (June 2026)
GIGABYTE_LOGGED = 0.50
#: A GB sent to the internet; an assumption, from memory.
GIGABYTE_SENT = 0.09

#: At which a function has one processor, and in proportion below.
#: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
MEBIBYTES_PER_PROCESSOR = 1769
LEAST_MEBIBYTES = 128
#: The share of requests that start an environment is "typically under 1%", and since August 2025 that start is billed.
#: https://aws.amazon.com/blogs/compute/aws-lambda-standardizes-billing-for-init-phase
COLD_SHARE = 0.01
