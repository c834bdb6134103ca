//! Where the head of an HTTP message ends.

/// Takes a message apart after the empty line that ends its head; all of it is head where there is none.
///
/// Line feeds without carriage returns are taken too, as servers send them and browsers read them.
pub fn split_http(block: &[u8]) -> (&[u8], &[u8]) {
    let end = HeadEnd::default().find(block).unwrap_or(block.len());
    block.split_at(end)
}

/// Finds the end of a head in bytes that pass by.
#[derive(Clone, Copy, Default)]
pub(super) struct HeadEnd {
    /// Whether the line that is being read has anything in it but a carriage return.
    begun: bool,
    found: bool,
}

impl HeadEnd {
    /// Whether the head is over.
    pub(super) fn is_found(self) -> bool {
        self.found
    }

    /// Looks at the next bytes; gives the place in them where the body begins.
    pub(super) fn find(&mut self, bytes: &[u8]) -> Option<usize> {
        for (at, byte) in bytes.iter().enumerate() {
            match byte {
                b'\n' if !self.begun => {
                    self.found = true;
                    return Some(at + 1);
                }
                b'\n' => self.begun = false,
                b'\r' => {}
                _ => self.begun = true,
            }
        }
        None
    }
}
