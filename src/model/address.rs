//! Addresses for comparing.

/// The form of an address under which two are taken for the same.
pub fn key(url: &str) -> String {
    url.to_owned()
}
