//! Converts the digits and signs of other scripts to ASCII. This module must not read a number.

use std::borrow::Cow;

/// The zeros of scripts with decimal digits. The other nine digits follow each zero in Unicode.
const ZEROS: [char; 12] = ['٠', '۰', '०', '০', '੦', '૦', '௦', '౦', '೦', '๐', '０', '၀'];

/// The text with its digits, separators and range signs in ASCII.
pub(in crate::value) fn plain(text: &str) -> Cow<'_, str> {
    if text.is_ascii() { Cow::Borrowed(text) } else { Cow::Owned(text.chars().map(plain_char).collect()) }
}

fn plain_char(character: char) -> char {
    let digit = ZEROS.iter().find_map(|zero| {
        let value = u32::from(character).checked_sub(u32::from(*zero))?;
        char::from_digit(value, 10)
    });
    digit.unwrap_or(match character {
        '，' | '٬' | '،' | '、' => ',',
        '．' | '٫' => '.',
        '～' | '〜' => '~',
        '－' | '−' => '-',
        '＋' => '+',
        '（' => '(',
        '）' => ')',
        'ʼ' | '‘' | '´' | '＇' => '\'',
        other => other,
    })
}

/// Whether a character belongs to a word: a letter, a digit, or a combining mark of scripts such as
/// Devanagari.
pub(super) fn is_of_word(character: char) -> bool {
    character.is_alphanumeric()
        || matches!(character, '\u{900}'..='\u{dff}' | '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{652}')
}
