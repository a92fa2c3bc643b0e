"""Every check: a name, and a coroutine that returns its figures or raises CheckFailed."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping

from ..deployment import Deployment
from . import buffered, clients, failures, lifecycle, records, streaming

Check = Callable[[Deployment], Coroutine[None, None, str]]

CHECKS: Mapping[str, Check] = {
    "cold start": lifecycle.check_cold_start,
    "status and headers through the prelude": streaming.check_prelude,
    "chunks come as they are made": streaming.check_chunks_come_as_they_are_made,
    "the same through a REST API": streaming.check_rest_api_streams,
    "joined text is the input": streaming.check_text_is_the_input,
    "heartbeat fills a silence": streaming.check_heartbeat,
    "event loop stays free": failures.check_unblocked_event_loop,
    "error frame after the 200": failures.check_error_frame_after_the_200,
    "source that ends as if cancelled": failures.check_source_that_ends_as_if_cancelled,
    "problem+json before the 200": failures.check_problem_before_the_200,
    "answers without a body end": failures.check_answers_without_a_body_end,
    "deadline ends the stream": failures.check_deadline,
    "SIGTERM in the middle of a stream": failures.check_sigterm,
    "client leaves in the middle": failures.check_client_that_leaves,
    "application dies in the middle": failures.check_application_that_dies,
    "record of a killed application": records.check_record_of_killed_application,
    "record of a silent source": records.check_record_of_silent_source,
    "record of a blocking source": records.check_record_of_blocking_source,
    "records before the end of responses": records.check_records_before_the_end,
    "two invocations, one environment": lifecycle.check_two_invocations_in_one_environment,
    "client prints the text": clients.check_command_line,
    "doctor tells streaming from buffered": clients.check_doctor,
    "buffered function behind an HTTP API": buffered.check_buffered_function_answers_whole,
    "streaming function behind an HTTP API": buffered.check_streaming_function_is_wrong_there,
}
