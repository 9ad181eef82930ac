//! Result tables into bytes.
