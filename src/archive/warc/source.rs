//! Bytes with a look ahead, counted, over any reader.
//!
//! A failure of the reader ends the bytes and is kept aside, so that what came before it is read like any other.
//! The last 64 KiB, if not more, can be taken back: a damaged gzip member is often noticed only inside the next one.

use std::io::{self, BufRead, ErrorKind, Read};

/// How much is asked of the reader at once, and how much can be taken back.
const STEP: usize = 64 * 1024;

pub(super) struct Source<R> {
    inner: R,
    buffer: Vec<u8>,
    /// Where in the buffer the next byte lies, and where the bytes that were read end.
    at: usize,
    end: usize,
    /// How many bytes were given before the buffer's first.
    before: u64,
    ended: bool,
    error: Option<io::Error>,
}

impl<R: Read> Source<R> {
    pub(super) fn new(inner: R) -> Self {
        Self::with_buffer(inner, Vec::new())
    }

    /// One that uses a buffer of another, whatever is in it.
    pub(super) fn with_buffer(inner: R, buffer: Vec<u8>) -> Self {
        Self { inner, buffer, at: 0, end: 0, before: 0, ended: false, error: None }
    }

    /// How many bytes were consumed so far.
    pub(super) fn offset(&self) -> u64 {
        self.before + self.at as u64
    }

    /// What the reader failed with, once.
    pub(super) fn take_error(&mut self) -> Option<io::Error> {
        self.error.take()
    }

    /// The next bytes: at least `wanted`, unless the end is nearer.
    pub(super) fn peek(&mut self, wanted: usize) -> &[u8] {
        while self.end - self.at < wanted && !self.ended {
            self.fill();
        }
        &self.buffer[self.at..self.end]
    }

    /// Whether nothing is left.
    pub(super) fn is_over(&mut self) -> bool {
        self.peek(1).is_empty()
    }

    /// Consumes bytes that [`peek`](Self::peek) gave.
    pub(super) fn skip(&mut self, count: usize) {
        self.at = self.at.saturating_add(count).min(self.end);
    }

    /// Consumes a byte, whatever it is.
    pub(super) fn skip_one(&mut self) {
        self.peek(1);
        self.skip(1);
    }

    /// Takes back bytes, to begin again at `offset` or as near after it as they are still held.
    pub(super) fn rewind(&mut self, offset: u64) {
        self.at = self.at.min(usize::try_from(offset.saturating_sub(self.before)).unwrap_or(usize::MAX));
    }

    /// The reader underneath, and the buffer.
    pub(super) fn into_parts(self) -> (R, Vec<u8>) {
        (self.inner, self.buffer)
    }

    fn fill(&mut self) {
        // In steps as large as what is moved, so that moving costs no more than reading does.
        if self.at > 2 * STEP {
            let gone = self.at - STEP;
            self.buffer.copy_within(gone..self.end, 0);
            self.at -= gone;
            self.end -= gone;
            self.before += gone as u64;
        }
        if self.buffer.len() < self.end + STEP {
            self.buffer.resize(self.end + STEP, 0);
        }
        let read = loop {
            match self.inner.read(&mut self.buffer[self.end..]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        let count = read.unwrap_or_else(|error| {
            self.error = Some(error);
            0
        });
        self.end += count;
        self.ended = count == 0;
    }
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(out)?;
        self.skip(count);
        Ok(count)
    }
}

impl<R: Read> BufRead for Source<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        Ok(self.peek(1))
    }

    fn consume(&mut self, count: usize) {
        self.skip(count);
    }
}
