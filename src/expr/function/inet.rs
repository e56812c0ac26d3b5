//! IPv4 addresses as numbers and as texts.

use super::kernel::{Call, Fallible, kernel};
use super::signature::Param::{Integer, Text};
use super::signature::{function, takes};
use crate::batch::Column;
use crate::expr::ScalarFunction;
use crate::types::DataType;

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function("INET_ATON", "(text)", "The number that an IPv4 address is")
        .example("INET_ATON('10.0.5.9')", "167773449")
        .of(|t| Some((takes(t, &[Text])?, DataType::BigInt)), |_, _| kernel(to_number)),
    function("INET_NTOA", "(integer)", "The IPv4 address that a number is")
        .example("INET_NTOA(167773449)", "10.0.5.9")
        .of(|t| Some((takes(t, &[Integer])?, DataType::STRING)), |_, _| kernel(to_text)),
];

fn number_of(text: &str) -> Fallible<i64> {
    let address: std::net::Ipv4Addr = text.parse().map_err(|_| "the text is no IPv4 address")?;
    Ok(i64::from(address.to_bits()))
}

fn to_number(call: Call<'_>) -> Column {
    let texts = call.strings(0);
    call.map(|row| number_of(texts.text(row)).map(Some))
}

fn to_text(call: Call<'_>) -> Column {
    use std::io::Write;
    let numbers = call.values::<i64>(0);
    call.write(|row, out| {
        let number = u32::try_from(numbers[row]).map_err(|_| "the number is no IPv4 address")?;
        write!(out, "{}", std::net::Ipv4Addr::from_bits(number)).map_err(|_| "the address cannot be written").map(Some)
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check_of_texts, evaluate, int};

    #[test]
    fn addresses_have_four_parts_of_a_byte() {
        check_of_texts("INET_ATON", &["203.117.31.34"], "3413450530");
        for wrong in ["127.1", "1.0.0.256", "1.0.0.-1", "01.2.3.4", ""] {
            check_of_texts("INET_ATON", &[wrong], "error: the text is no IPv4 address");
        }
        assert_eq!(evaluate("INET_NTOA", &[int(u32::MAX.into())]), "255.255.255.255");
        assert_eq!(evaluate("INET_NTOA", &[int(-1)]), "error: the number is no IPv4 address");
    }
}
