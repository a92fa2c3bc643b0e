"""The names of the metrics of a stream. Imports the standard library only, because infra's alarms use the names.

One record is written per stream, at its end, whatever ends it.
"""

from __future__ import annotations

NAMESPACE = "StreamingFunction"

#: The dimensions of every metric. Ids are no dimensions but fields of the line, which cost nothing and can be queried.
DIMENSIONS = ("service", "stage", "source")

#: The time from the arrival of the request to the first byte of the body, and to the first chunk of text.
TIME_TO_FIRST_BYTE = "TimeToFirstByte"
TIME_TO_FIRST_CHUNK = "TimeToFirstChunk"
STREAM_DURATION = "StreamDuration"
#: The number of events with text.
CHUNKS = "Chunks"
CHARACTERS = "Characters"
BYTES = "Bytes"
INPUT_TOKENS = "InputTokens"
OUTPUT_TOKENS = "OutputTokens"
#: The backpressure: how long the source waited for a slow reader.
QUEUE_FULL = "QueueFull"
HEARTBEATS = "Heartbeats"
#: 1 for the first stream of an environment, 0 for the others; so its average is the share of cold starts.
COLD_START = "ColdStart"

#: The outcomes of a stream. Each is a metric too, 1 for streams that ended so and 0 for others: its average is a rate.
COMPLETE = "complete"
SOURCE_ERROR = "source_error"
DEADLINE = "deadline"
DISCONNECTED = "disconnected"
REJECTED = "rejected"
SHUTDOWN = "shutdown"

OUTCOME_METRICS = {
    COMPLETE: "Complete",
    #: The source failed after the 200, where no metric of the platform counts it, or raised while it opened.
    SOURCE_ERROR: "SourceError",
    DEADLINE: "Deadline",
    DISCONNECTED: "Disconnected",
    #: The source refused or was too slow to open, so there was no 200.
    REJECTED: "Rejected",
    #: The environment was taken away, or the process was killed.
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
