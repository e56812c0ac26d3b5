//! The ring between an ordered pair of shards: bounded, single producer, single consumer. The only home of heapless.

use heapless::spsc;

use crate::batch::Message;
use crate::limits::RING_BATCHES_MAX;

/// Storage of one ring. heapless keeps one slot free.
pub type Ring = spsc::Queue<Message, { RING_BATCHES_MAX + 1 }>;
/// The writing end.
pub type Sender<'r> = spsc::Producer<'r, Message>;
/// The reading end.
pub type Receiver<'r> = spsc::Consumer<'r, Message>;
