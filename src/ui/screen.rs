//! One file for each screen: where its panels are.

pub(super) mod live;
