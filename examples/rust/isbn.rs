//! International Standard Book Numbers.

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Isbn {
    digits: [u8; 13],
}

impl Isbn {
    pub fn parse(text: &str) -> Option<Isbn> {
        let digits: Vec<u8> = text
            .chars()
            .filter(|c| *c != '-')
            .map(|c| c.to_digit(10).map(|d| d as u8))
            .collect::<Option<_>>()?;
        let digits: [u8; 13] = digits.try_into().ok()?;
        is_valid(&digits).then_some(Isbn { digits })
    }
}

fn is_valid(digits: &[u8; 13]) -> bool {
    let sum: u32 = digits
        .iter()
        .enumerate()
        .map(|(i, d)| u32::from(*d) * if i % 2 == 0 { 1 } else { 3 })
        .sum();
    sum % 10 == 0
}
