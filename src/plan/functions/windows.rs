//! Windows of time, as users read of them. The examples read the table that `EXAMPLES` makes.

use crate::expr::help::{Help, function};

/// Windows of time, and what is read of them.
pub static WINDOWS: [Help; 8] = [
    function(
        "TUMBLE",
        "TUMBLE(TABLE t, DESCRIPTOR(time), size [, offset]) or GROUP BY TUMBLE(time, size)",
        "Windows of one size, one behind the other",
    )
    .example(
        "SELECT window_start, COUNT(*) FROM TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '10' MINUTE) \
         GROUP BY window_start, window_end",
        "2024-01-01 12:00:00.000, 2\n2024-01-01 12:10:00.000, 1",
    ),
    function(
        "HOP",
        "HOP(TABLE t, DESCRIPTOR(time), slide, size [, offset]) or GROUP BY HOP(time, slide, size)",
        "Windows of one size that begin at every slide",
    )
    .example(
        "SELECT window_start, COUNT(*) FROM HOP(TABLE clicks, DESCRIPTOR(ts), INTERVAL '5' MINUTE, INTERVAL '10' MINUTE) \
         GROUP BY window_start, window_end",
        "2024-01-01 11:55:00.000, 2\n2024-01-01 12:00:00.000, 2\n2024-01-01 12:05:00.000, 1\n2024-01-01 12:10:00.000, 1",
    ),
    function(
        "CUMULATE",
        "CUMULATE(TABLE t, DESCRIPTOR(time), step, size [, offset]) or GROUP BY CUMULATE(time, step, size)",
        "Windows that grow by a step up to their size",
    )
    .example(
        "SELECT window_end, COUNT(*) FROM CUMULATE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '5' MINUTE, \
         INTERVAL '10' MINUTE) GROUP BY window_start, window_end",
        "2024-01-01 12:05:00.000, 2\n2024-01-01 12:10:00.000, 2\n2024-01-01 12:15:00.000, 1\n2024-01-01 12:20:00.000, 1",
    ),
    function(
        "SESSION",
        "SESSION(TABLE t [PARTITION BY key], DESCRIPTOR(time), gap) or GROUP BY SESSION(time, gap)",
        "Windows that end where no row comes for a time",
    )
    .example(
        "SELECT window_start, window_end, COUNT(*) FROM SESSION(TABLE clicks, DESCRIPTOR(ts), INTERVAL '5' MINUTE) \
         GROUP BY window_start, window_end",
        "2024-01-01 12:00:00.000, 2024-01-01 12:09:00.000, 2\n2024-01-01 12:11:00.000, 2024-01-01 12:16:00.000, 1",
    ),
    function("TUMBLE_START", "([what the window is of])", "The start of the window in GROUP BY")
        .example(
            "SELECT TUMBLE_START(), COUNT(*) FROM clicks GROUP BY TUMBLE(ts, INTERVAL '10' MINUTE)",
            "2024-01-01 12:00:00.000, 2\n2024-01-01 12:10:00.000, 1",
        )
        .also(&["HOP_START", "CUMULATE_START", "SESSION_START"]),
    function("TUMBLE_END", "([what the window is of])", "The end of the window in GROUP BY")
        .example(
            "SELECT TUMBLE_END(), COUNT(*) FROM clicks GROUP BY TUMBLE(ts, INTERVAL '10' MINUTE)",
            "2024-01-01 12:10:00.000, 2\n2024-01-01 12:20:00.000, 1",
        )
        .also(&["HOP_END", "CUMULATE_END", "SESSION_END"]),
    function("TUMBLE_ROWTIME", "([what the window is of])", "The event time of the window in GROUP BY, the last before its end")
        .example(
            "SELECT TUMBLE_ROWTIME(), COUNT(*) FROM clicks GROUP BY TUMBLE(ts, INTERVAL '10' MINUTE)",
            "2024-01-01 12:09:59.999, 2\n2024-01-01 12:19:59.999, 1",
        )
        .also(&["HOP_ROWTIME", "CUMULATE_ROWTIME", "SESSION_ROWTIME"]),
    function("CURRENT_WATERMARK", "(time)", "How far the event time had come before the row; NULL at first").example(
        "SELECT id, CURRENT_WATERMARK(ts) FROM clicks",
        "1, NULL\n2, 2024-01-01 12:00:00.000\n3, 2024-01-01 12:04:00.000",
    ),
];
