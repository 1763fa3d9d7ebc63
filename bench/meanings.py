"""What the keys of the benchmarks mean, in plain words: for docs/benchmarks.md. A test knows that none is missing."""

from __future__ import annotations

import re

MEANINGS = {
    # latency
    "initialize_ms": "start of the server process to its answer to `initialize`, bytecode compiled",
    "reload_ready_ms": "start of a new server to the first text from the engine that kept running",
    "ttft_cold_ms": "request to first text over LSP, prompt of about 1,500 tokens that no cache knows",
    "ttft_warm_ms": "the same after the selection was announced and prefilled, for the action used last",
    "warm_over_cold": "the two above, in turns",
    "ttft_warm_other_ms": "the same for another action than the one used last, whose task was prefilled after it",
    "warm_other_over_cold": "the same over the first, in turns",
    "four_actions_ttft_ratio": "time to first text of explain, refactor, tests and docstring, over explain alone",
    "four_actions_prefill_ratio": "tokens prefilled for these four, over those of the first, as the engine counts them",
    "decode_step_ms": "time per token through host and server, as the client sees it",
    "decode_step_alone_ms": "time per token of llama.cpp alone in a process, same prompt and settings",
    "per_token_overhead_ratio": "the two above, in turns",
    "cancel_to_idle_ms": "95th percentile of `$/cancelRequest` while decoding until the host says that it is idle",
    "cancel_over_step_ms": "the same, less one decode step",
    "cancel_prefill_to_idle_ms": "95th percentile of the same in the middle of a prefill",
    "cancel_prefill_over_chunk_ms": "the same, less the prefill chunk that was being computed",
    "prefill_chunk_ms": "time of one prefill chunk, after which a cancel can take effect",
    "hover_hit_ms": "95th percentile of a hover and its known explanation",
    "code_action_p99_ms": "99th percentile of a code action in a file of 10,000 lines while an answer streams",
    # latency: traces
    "warm_hit_share": "of the traces' actions, those that found 90 % of what precedes their task cached, or were prepared",
    "wasted_prefill_share": "of the tokens that warming prefilled, those that no later action of the trace used",
    "wasted_idle_share": "of the tokens prefilled for idle work, those whose hover or docstring was never shown",
    "idle_prefill_share": "tokens prefilled for idle work, over all that were prefilled",
    "idle_on_over_off": "time to first text with idle work on, over the same with it off; without prepared answers",
    "idle_on_over_off_p95": "95th percentile of these with idle work on, over that with it off",
    "prepared_share": "of the traces' actions, those whose answer idle work had made",
    "trace_ttft_ms": "time to first text of the traces' actions, idle work on",
    "hover_hit_share": "of the traces' hovers, those whose explanation was there within 100 ms",
    "trace_hover_hit_ms": "95th percentile of those hovers, signature and explanation",
    "stale_hovers": "of the traces' hovers on edited code, how many showed an explanation of another text of it",
    # latency: peers
    "ttft_over_peer_p50": "median time to first text in the traces, over that of the same questions put as peers put them",
    "ttft_over_peer_p95": "the same for the 95th percentiles",
    "peer_ttft_ms": "time to first token of the questions put as peers put them",
    # copying
    "copying_identical_share": "greedy answers that are the same with copy-biased decoding as without",
    "copying_sampled_identical_share": "sampled answers, same seed, that are the same",
    "copying_speedup": "tokens a second with copy-biased decoding, over those without; median of the texts",
    "copying_plain_tokens_per_second": "tokens a second without",
    "copying_tokens_per_second": "tokens a second with",
    "copying_used": "1: the engine would use it with this model; 0: it would not",
    # quality
    "shown_edits_parse_share": "of the edits offered, those after which the file has no new syntax error",
    "shown_edits_no_finding_share": "of the Python edits offered, those without a new finding of pyflakes' rules",
    "shown_edits_rest_kept_share": "of the refactors offered, those that leave every line outside the selection",
    "docstring_code_unchanged_share": "of the docstrings offered, those that leave the code equal",
    "delivered_tests_green_share": "of the test files offered as run, those that are green when the judge runs them",
    "delivered_tests_run_share": "of the test files offered, those that the product could run on this machine",
    "refactor_holds_share": "of the Python refactors offered, those after which what must be true of the function still is",
    "explain_mentions_share": "of the explanations, those that name what the function is about",
    "refused_share": "of the edits asked for, those refused by a check",
    "refused_without_reason_share": "of the refusals, those without a reason",
    "repaired_share": "of the edits asked for, those that went back to the model once",
    "mutants_killed_share": "of the wrong versions of the tested Python functions, those that the delivered tests notice",
    "tests_green_share": "of the test files offered as run, those that are green when the judge runs them",
    "tests_mutants_killed_share": "the same as mutants_killed_share, which is of `tests` alone",
    "docstring_code_kept_share": "of the docstrings offered, those that leave the code equal",
    "refactor_code_kept_share": "of the refactors offered, those that leave every line outside the selection",
    # seeded
    "seeded_caught_share": "of the refactors with a planted change of behaviour, those refused",
    "false_alarm_share": "of the equal refactors, those refused",
    "undecided_share": "of all, those of which nothing could be said",
    "comparison_s": "seconds to check one refactor",
    # confidence
    "mentioned_share": "of the explanations, those that mention what they must",
    "confidence_median": "mean probability of an explanation's tokens, functions as they are",
    "confidence_made_up_median": "the same, every name in the function replaced by a made-up word",
    "confidence_separation": "of all pairs of the two, those in which the real function is higher; 0.5 tells nothing",
    "marked_share": "of the explanations, those that a hover would mark as not sure",
    "marked_made_up_share": "the same of functions with made-up names",
    # scale
    "context_emoji_p99_ms_100000": "the context again, with an emoji in the file: Python then keeps four bytes a character",
    "store_hit_p99_ms": "99th percentile of reading one of 100,000 kept answers",
    # footprint
    "vsix_mb": "the extension as it is downloaded",
    "native_packages_mb": "what is installed on first use, the bundled model included",
    "server_rss_mb": "resident memory of the language server after one answer",
    "host_rss_mb": "resident memory of the engine host with the bundled model",
}
FAMILIES = {
    r"context_p99_ms_(\d+)": "99th percentile from a new text of {0} lines to the context of the line typed in it",
    r"first_context_ms_(\d+)": "the same of a text of {0} lines that was never parsed",
    r"code_action_p99_ms_(\d+)": "99th percentile of a code action right behind an edit, {0} lines, a bracket left open",
    r"hover_p99_ms_(\d+)": "99th percentile of a hover and its kept explanation right behind an edit, {0} lines",
    r"context_class_p99_ms_(\d+)": "the context again, in one class of {0} lines",
    r"first_context_class_ms_(\d+)": "the first context again, in one class of {0} lines",
    r"code_action_class_p99_ms_(\d+)": "the code action again, in one class of {0} lines",
    r"hover_class_p99_ms_(\d+)": "the hover again, in one class of {0} lines",
    r"rss_class_mb_(\d+)": "the memory again, with one class of {0} lines",
    r"idle_made_(\d+)": "answers that idle work made between the edits, {0} lines",
    r"idle_made_class_(\d+)": "the same in one class of {0} lines",
    r"rss_mb_(\d+)": "resident memory of the language server after all that, {0} lines",
    r"(\w+)_shown_share": "of the runs of `{0}`, those that offered an edit",
    r"(docstring|refactor|tests)_refused_share": "of the runs of `{0}`, those whose edit was refused by a check",
    r"(docstring|refactor|tests)_parse_share": "of the edits of `{0}` offered, those without a new syntax error",
    r"(docstring|refactor|tests)_no_finding_share": "of the Python edits of `{0}` offered, those without a new finding",
    r"(\w+)_repaired_share": "of the runs of `{0}`, those that went back to the model once",
    r"(explain|docstring|refactor|tests)_s": "seconds of one run of `{0}`, checks and repair included",
    r"(explain|docstring|refactor|tests)_tokens": "tokens decoded in one run of `{0}`",
    r"prefill_s_(\d+)": "seconds to prefill 1,500 tokens in chunks of {0}",
    r"prefill_over_(\d+)_(\d+)": "the same in chunks of {1}, over chunks of {0}, in turns",
    r"first_token_ms_(.+)": "to the first token of a prompt that no cache knows, {0}",
    r"tokens_per_second_(.+)": "decoded behind that prompt, {0}",
    r"stop_ms_(\d+)": "95th percentile from a cancel in that prefill until llama.cpp has stopped, chunks of {0}",
    r"(decode|prefill)_(quiet|busy|crowded)_(\w+?)": "{0} rate with spin count {2}, {1}",
    r"(decode|prefill)_(quiet|busy|crowded)_(\w+)_over_(\w+)": "{0} rate with spin count {2}, over that with {3}, {1}",
}
"""Patterns of keys with a variable part."""


def meaning(key: str) -> str:
    """What a key means; "" when nobody has said."""
    if key in MEANINGS:
        return MEANINGS[key]
    for pattern, words in reversed(FAMILIES.items()):
        if match := re.fullmatch(pattern, key):
            return words.format(*match.groups())
    return ""
