//! Tables, JSON and NDJSON: golden, a Chinese conversation among them.
