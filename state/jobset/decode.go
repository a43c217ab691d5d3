package jobset

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"

	"dubtop/state/jsoncheck"
)

// MaxBytes is the largest table or JSONL file that is read, in bytes.
const MaxBytes = 32 << 20

// decoded returns a file's text as UTF-8 with lines that end in \n. It accepts
// UTF-8 and UTF-16, with or without a byte order mark, and the line ends of all
// systems.
func decoded(raw []byte) ([]byte, error) {
	if len(raw) > MaxBytes {
		return nil, &Problem{Words: fmt.Sprintf("the file is larger than %d MB: split it", MaxBytes>>20)}
	}
	switch {
	case bytes.HasPrefix(raw, []byte("\xef\xbb\xbf")):
		raw = raw[3:]
	case bytes.HasPrefix(raw, []byte("\xff\xfe")):
		raw = wide(raw[2:], binary.LittleEndian)
	case bytes.HasPrefix(raw, []byte("\xfe\xff")):
		raw = wide(raw[2:], binary.BigEndian)
	case wideZeros(raw, 1):
		raw = wide(raw, binary.LittleEndian)
	case wideZeros(raw, 0):
		raw = wide(raw, binary.BigEndian)
	}
	raw = unixLines(raw)
	if at := bytes.IndexByte(raw, 0); at >= 0 {
		return nil, problemAt(raw, at, "a NUL byte: this is not a text file")
	}
	if !utf8.Valid(raw) {
		return nil, problemAt(raw, jsoncheck.InvalidByte(raw), "the text is neither UTF-8 nor UTF-16: save the file as UTF-8")
	}
	return raw, nil
}

// unixLines replaces the line ends of other systems, in place.
func unixLines(raw []byte) []byte {
	if bytes.IndexByte(raw, '\r') < 0 {
		return raw
	}
	out := raw[:0]
	for i, b := range raw {
		switch {
		case b != '\r':
			out = append(out, b)
		case i+1 == len(raw) || raw[i+1] != '\n':
			out = append(out, '\n')
		}
	}
	return out
}

// wide decodes UTF-16. Half of a surrogate pair becomes a replacement
// character.
func wide(raw []byte, order binary.ByteOrder) []byte {
	out := make([]byte, 0, len(raw))
	for i := 0; i+1 < len(raw); i += 2 {
		r := rune(order.Uint16(raw[i:]))
		if utf16.IsSurrogate(r) {
			if i+3 < len(raw) {
				r = utf16.DecodeRune(r, rune(order.Uint16(raw[i+2:])))
			}
			if i += 2; r == utf8.RuneError || utf16.IsSurrogate(r) {
				r, i = utf8.RuneError, i-2
			}
		}
		out = utf8.AppendRune(out, r)
	}
	return out
}

// wideZeros reports whether the text looks like UTF-16 without a mark: near its
// beginning, from the given byte on, nearly every second byte is zero, and none
// of the others.
func wideZeros(raw []byte, from int) bool {
	raw = raw[:min(len(raw), 64)&^1]
	zeros := 0
	for i := from; i < len(raw); i += 2 {
		if raw[i^1] == 0 {
			return false
		}
		if raw[i] == 0 {
			zeros++
		}
	}
	return len(raw) >= 8 && zeros*8 >= len(raw)*3 // three quarters of them
}

// problemAt is a problem at an offset of a text.
func problemAt(raw []byte, at int, words string) *Problem {
	return new(Problem(jsoncheck.At(raw, at, words)))
}
