//! End-to-end tests, one binary so that they link once.
