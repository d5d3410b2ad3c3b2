//! Text from outside, made safe for a terminal and a log: one place for all of it.
