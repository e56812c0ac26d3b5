//! The parts of a state as bytes: how what an aggregate of the program keeps of a group reaches another pane or shard.

/// What a state is made of: integers, floats, `bool`, `String`, and `Option`, `Vec` and tuples of these.
pub trait Parts: Sized + 'static {
    #[doc(hidden)]
    fn write(&self, out: &mut Vec<u8>);
    /// Takes them off the front of what `write` has made.
    #[doc(hidden)]
    fn read(from: &mut &[u8]) -> Self;
}

/// The first bytes, which are there, because all was written here.
fn take<const N: usize>(from: &mut &[u8]) -> [u8; N] {
    match from.split_first_chunk() {
        Some((bytes, rest)) => {
            *from = rest;
            *bytes
        }
        None => [0; N],
    }
}

macro_rules! fixed {
    ($($type:ty),+) => {$(
        impl Parts for $type {
            fn write(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }

            fn read(from: &mut &[u8]) -> Self {
                Self::from_le_bytes(take(from))
            }
        }
    )+};
}

fixed!(i8, i16, i32, i64, i128, u8, u16, u32, u64, u128, f32, f64);

impl Parts for bool {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn read(from: &mut &[u8]) -> Self {
        u8::read(from) != 0
    }
}

impl Parts for String {
    fn write(&self, out: &mut Vec<u8>) {
        (self.len() as u64).write(out);
        out.extend_from_slice(self.as_bytes());
    }

    fn read(from: &mut &[u8]) -> Self {
        let length = u64::read(from) as usize;
        let (text, rest) = from.split_at(length.min(from.len()));
        *from = rest;
        String::from_utf8_lossy(text).into_owned()
    }
}

impl<T: Parts> Parts for Option<T> {
    fn write(&self, out: &mut Vec<u8>) {
        self.is_some().write(out);
        self.iter().for_each(|part| part.write(out));
    }

    fn read(from: &mut &[u8]) -> Self {
        bool::read(from).then(|| T::read(from))
    }
}

impl<T: Parts> Parts for Vec<T> {
    fn write(&self, out: &mut Vec<u8>) {
        (self.len() as u64).write(out);
        self.iter().for_each(|part| part.write(out));
    }

    fn read(from: &mut &[u8]) -> Self {
        let length = u64::read(from);
        (0..length).map(|_| T::read(from)).collect()
    }
}

macro_rules! tuples {
    ($($($name:ident $at:tt),*;)+) => {$(
        impl<$($name: Parts),*> Parts for ($($name,)*) {
            fn write(&self, out: &mut Vec<u8>) {
                $(self.$at.write(out);)*
            }

            fn read(from: &mut &[u8]) -> Self {
                ($($name::read(from),)*)
            }
        }
    )+};
}

tuples! {
    A 0;
    A 0, B 1;
    A 0, B 1, C 2;
    A 0, B 1, C 2, D 3;
    A 0, B 1, C 2, D 3, E 4;
    A 0, B 1, C 2, D 3, E 4, F 5;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<P: Parts + PartialEq + std::fmt::Debug>(parts: P) {
        let mut bytes = Vec::new();
        parts.write(&mut bytes);
        let mut from = bytes.as_slice();
        assert_eq!(P::read(&mut from), parts);
        assert!(from.is_empty(), "{} bytes are left", from.len());
    }

    #[test]
    fn parts_are_read_as_they_were_written() {
        check((i64::MIN, 7u8, -0.0f64, f32::INFINITY));
        check((String::from("ä\0"), String::new(), true, i128::MAX, u16::MAX, false));
        check(vec![Some(vec![1i32, -1]), None, Some(vec![])]);
        check((vec![(1u64, String::from("x"))], None::<Option<i8>>));
    }
}
