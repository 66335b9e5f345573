//! The service in a bottle.
