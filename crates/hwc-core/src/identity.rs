//! Who the caller is: tokens, keys, and where they come from.

