//! Exact numbers in the server's binary form.

/// The server's binary form of `number / 10^scale`: how many digits to the base of 10,000, the place of the first, sign, scale,
/// digits. Leading and trailing zeros are left out.
pub(super) fn numeric(number: i64, scale: u16) -> ([u8; 24], usize) {
    let padding = (4 - scale % 4) % 4;
    let mut rest = u128::from(number.unsigned_abs()) * 10_u128.pow(u32::from(padding));
    let places = i16::try_from((scale + padding) / 4).unwrap_or(0);
    let mut digits = [0_i16; 8];
    let (mut from, mut all) = (digits.len(), 0_i16);
    while rest > 0 && from > 0 {
        from -= 1;
        digits[from] = i16::try_from(rest % 10_000).unwrap_or(0);
        rest /= 10_000;
        all += 1;
    }
    let used = &digits[from..];
    let used = &used[..used.len() - used.iter().rev().take_while(|digit| **digit == 0).count()];
    let mut value = [0; 24];
    let weight = if used.is_empty() { 0 } else { all - places - 1 };
    let sign = if number < 0 { 0x4000 } else { 0 };
    let head = [small(used.len()), weight, sign, i16::try_from(scale).unwrap_or(0)];
    for (at, part) in head.iter().chain(used).enumerate() {
        value[2 * at..2 * at + 2].copy_from_slice(&part.to_be_bytes());
    }
    (value, 2 * (head.len() + used.len()))
}

fn small(len: usize) -> i16 {
    i16::try_from(len).unwrap_or(i16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerics_are_in_the_servers_form() {
        // As `select numeric_send(…)` shows them: count, weight, sign, scale, digits.
        let cases: &[(i64, u16, &[i16])] = &[
            (0, 2, &[0, 0, 0, 2]),
            (450, 2, &[2, 0, 0, 2, 4, 5000]),
            (-1_234_567, 2, &[3, 1, 0x4000, 2, 1, 2345, 6700]),
            (1_000_000, 2, &[1, 1, 0, 2, 1]),
            (5, 2, &[1, -1, 0, 2, 500]),
            (888, 4, &[1, -1, 0, 4, 888]),
            (12, 0, &[1, 0, 0, 0, 12]),
            (123_456_789, 6, &[3, 0, 0, 6, 123, 4567, 8900]),
        ];
        for (number, scale, expected) in cases {
            let (value, len) = numeric(*number, *scale);
            let parts: Vec<i16> = value[..len].chunks(2).map(|pair| i16::from_be_bytes([pair[0], pair[1]])).collect();
            assert_eq!(&parts, expected, "{number} with {scale}");
        }
    }
}
