"""What the function tells of each stream, by name. Imports the standard library only: infra's alarms use the names.

One record is written per stream, at its end, whatever ends it.
"""

from __future__ import annotations

NAMESPACE = "StreamingFunction"

#: Of every metric. There is none per stream: the ids are properties, which cost nothing and Logs Insights finds.
DIMENSIONS = ("service", "stage", "source")

#: From the arrival of the request to the first byte of the answer's body, and to the first of the text.
TIME_TO_FIRST_BYTE = "TimeToFirstByte"
TIME_TO_FIRST_CHUNK = "TimeToFirstChunk"
STREAM_DURATION = "StreamDuration"
CHUNKS = "Chunks"
CHARACTERS = "Characters"
BYTES = "Bytes"
INPUT_TOKENS = "InputTokens"
OUTPUT_TOKENS = "OutputTokens"
#: How long the source waited for a slow reader: backpressure.
QUEUE_FULL = "QueueFull"
HEARTBEATS = "Heartbeats"
#: 1 for the first stream of an environment, 0 for the others; so its average is the share of cold starts.
COLD_START = "ColdStart"

#: How a stream ended. Each is a metric too, 1 in the streams that ended so and 0 in the others: the average is a rate.
COMPLETE = "complete"
SOURCE_ERROR = "source_error"
DEADLINE = "deadline"
DISCONNECTED = "disconnected"
REJECTED = "rejected"
SHUTDOWN = "shutdown"

OUTCOME_METRICS = {
    COMPLETE: "Complete",
    #: After the 200, where no metric of the platform counts it; or the source failed to open by its own fault.
    SOURCE_ERROR: "SourceError",
    DEADLINE: "Deadline",
    DISCONNECTED: "Disconnected",
    #: Before the 200: the source refused, or was too slow to open.
    REJECTED: "Rejected",
    #: Also a process that was killed.
    SHUTDOWN: "Shutdown",
}

#: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html
UNITS = {
    TIME_TO_FIRST_BYTE: "Milliseconds",
    TIME_TO_FIRST_CHUNK: "Milliseconds",
    STREAM_DURATION: "Milliseconds",
    CHUNKS: "Count",
    CHARACTERS: "Count",
    BYTES: "Bytes",
    INPUT_TOKENS: "Count",
    OUTPUT_TOKENS: "Count",
    QUEUE_FULL: "Milliseconds",
    HEARTBEATS: "Count",
    COLD_START: "Count",
    **dict.fromkeys(OUTCOME_METRICS.values(), "Count"),
}
