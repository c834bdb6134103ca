//! Rounds in simulated time, for tests: each like a process of its own, that knows of the last ones what is on disk alone.

use std::sync::{Arc, Mutex};

use chrono::TimeDelta;

use super::{Plan, Told, run};
use crate::archive::checkpoint::SigningKey;
use crate::archive::index::IndexPlace;
use crate::archive::reader::Places;
use crate::archive::stamps::Roots;
use crate::archive::storage::{Memory, Storage};
use crate::archive::writer::Writer;
use crate::collect::clock::{Clock, Stepped};
use crate::collect::due::Recheck;
use crate::collect::host::{Asking, Hosts};
use crate::collect::stage::clock;
use crate::model::event::Event;
use crate::model::source::{Keep, Source};

/// A clock, an archive in memory, and what lies beside it.
pub(super) struct Rehearsal {
    pub(super) clock: Arc<Stepped>,
    archive: Arc<Memory>,
    beside: Arc<Memory>,
    index: IndexPlace,
}

impl Rehearsal {
    /// With an index in this place; one in memory is lost after each round.
    pub(super) fn new(index: IndexPlace) -> Self {
        let (archive, beside) = (Arc::new(Memory::default()), Arc::new(Memory::default()));
        Self { clock: Arc::new(clock()), archive, beside, index }
    }

    /// Lets time pass, and runs a round on schedule; what it told.
    pub(super) async fn round_after(&self, time: TimeDelta, sources: &[Source], recheck: Recheck) -> Vec<Event> {
        self.clock.advance(time);
        let key = SigningKey::from_seed("desk-test", &[7; 32]).expect("a key");
        let places = Places {
            storage: self.archive.clone(),
            index: self.index.clone(),
            desk: Some(self.beside.clone()),
            keys: vec![key.verifier()],
            roots: Roots::none(),
        };
        let beside = self.beside.clone() as Arc<dyn Storage>;
        let writer = Writer::open(places, key, beside, "a test", "onrecord/test", self.clock.now()).expect("a writer");
        let plan = Plan {
            recheck,
            since: None,
            limit: None,
            keep: Keep::Changed,
            hosts: 1,
            contact: "none".into(),
            asking: Asking::OnSchedule,
        };
        let told = Mutex::new(Vec::new());
        let tell = |event: Told| {
            if let Told::Event(event) = event {
                told.lock().expect("no panic").push(*event);
            }
        };
        let hosts = Arc::new(Hosts::default());
        run(sources, &plan, writer, self.clock.clone(), hosts, &tell).await.expect("a round");
        told.into_inner().expect("no panic")
    }
}
