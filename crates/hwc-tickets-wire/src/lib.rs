//! The service word for word.
