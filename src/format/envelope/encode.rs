//! Changes to JSON lines.

use super::Envelope;
use crate::batch::Batch;
use crate::format::Encoder;
use crate::format::json::TimestampStandard;
use crate::format::json::encode::JsonEncoder;
use crate::types::Schema;
use crate::types::relation::Changelog;

/// Encoder of one output.
pub(super) struct EnvelopeEncoder {
    rows: JsonEncoder,
    /// What stands before and behind a row that is added.
    added: [&'static [u8]; 2],
    /// The same for one that is taken away.
    taken: [&'static [u8]; 2],
}

impl EnvelopeEncoder {
    pub fn new(envelope: Envelope, schema: &Schema, timestamps: TimestampStandard) -> Self {
        let (added, taken): ([&[u8]; 2], [&[u8]; 2]) = match envelope {
            Envelope::Debezium => {
                ([br#"{"before":null,"after":"#, br#","op":"c"}"#], [br#"{"before":"#, br#","after":null,"op":"d"}"#])
            }
            Envelope::Ogg => {
                ([br#"{"before":null,"after":"#, br#","op_type":"I"}"#], [br#"{"before":"#, br#","after":null,"op_type":"D"}"#])
            }
            Envelope::Maxwell => ([br#"{"data":"#, br#","type":"insert"}"#], [br#"{"data":"#, br#","type":"delete"}"#]),
            Envelope::Canal => ([br#"{"data":["#, br#"],"type":"INSERT"}"#], [br#"{"data":["#, br#"],"type":"DELETE"}"#]),
        };
        Self { rows: JsonEncoder::new(schema, timestamps, Changelog::Append), added, taken }
    }
}

impl Encoder for EnvelopeEncoder {
    fn header(&mut self, _out: &mut Vec<u8>) {}

    fn encode(&mut self, batch: &Batch, out: &mut Vec<u8>) {
        for row in 0..batch.rows() {
            let [before, behind] = if batch.kind(row).sign() > 0 { self.added } else { self.taken };
            out.extend_from_slice(before);
            self.rows.fields(batch, row, out);
            out.push(b'}');
            out.extend_from_slice(behind);
            out.push(b'\n');
        }
    }
}
