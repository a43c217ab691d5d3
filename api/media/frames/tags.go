package frames

import (
	"bytes"
	"encoding/binary"
	"strconv"

	"dubtop/api/media/file"
)

// Taggers put notes before and behind the sound, and joined files have them in
// the middle. They contain pictures and text that may look like sound.

const (
	id3v1Size    = 128
	id3v1Large   = 227 // of the extension that may stand before an ID3v1
	apeSize      = 32  // of header and of footer
	apeHasHeader = 1 << 31
	apeIsHeader  = 1 << 29
	// tagHeader is enough for tagSize.
	tagHeader = apeSize
)

// tagSize is the number of bytes of the tag that begins with b, or 0 if none does.
func tagSize(b []byte) int64 {
	switch {
	case len(b) >= 10 && bytes.HasPrefix(b, []byte("ID3")) && b[3] != 0xff && b[6]|b[7]|b[8]|b[9] < 0x80:
		return id3v2Size(b)
	case bytes.HasPrefix(b, []byte("TAG+")):
		return id3v1Large
	case bytes.HasPrefix(b, []byte("TAG")):
		return id3v1Size
	case len(b) >= apeSize && bytes.HasPrefix(b, []byte("APETAGEX")):
		size, flags := binary.LittleEndian.Uint32(b[12:]), binary.LittleEndian.Uint32(b[20:])
		if flags&apeIsHeader != 0 {
			return apeSize + int64(size)
		}
		return apeSize
	}
	return 0
}

// id3v2Size is the size of an ID3v2 tag, with its header of 10 bytes. There are
// seven bits in every byte of the number.
func id3v2Size(b []byte) int64 {
	size := int64(b[6])<<21 | int64(b[7])<<14 | int64(b[8])<<7 | int64(b[9])
	if b[5]&0x10 != 0 {
		size += 10 // a footer repeats the header
	}
	return 10 + size
}

// tagsBefore is where the tags end that begin at an offset; there may be several,
// as each program that did not understand the first put one of its own before it.
func tagsBefore(s *file.Source, at int64) (int64, error) {
	const most = 64
	for range most {
		head, err := s.Some(at, tagHeader)
		if err != nil {
			return 0, err
		}
		size := tagSize(head)
		if size == 0 || head[0] == 'T' {
			return at, nil
		}
		at += size
	}
	return 0, file.ErrDamaged
}

// tagsBehind is where the sound ends: before the tags at the end of the file.
func tagsBehind(s *file.Source, from, end int64) (int64, error) {
	const most = 16
	for range most {
		tail, err := s.Some(max(end-id3v1Size-id3v1Large, from), id3v1Size+id3v1Large)
		if err != nil {
			return 0, err
		}
		size := tailTag(tail)
		if size == 0 || size > end-from {
			return end, nil
		}
		end -= size
	}
	return end, nil
}

// tailTag is the number of bytes of the tag that ends with b, or 0 if none does.
func tailTag(b []byte) int64 {
	last := func(n int) []byte { return b[max(len(b)-n, 0):] }
	switch {
	case bytes.HasPrefix(last(id3v1Size), []byte("TAG")):
		if bytes.HasPrefix(last(id3v1Size+id3v1Large), []byte("TAG+")) {
			return id3v1Size + id3v1Large
		}
		return id3v1Size
	case bytes.HasPrefix(last(apeSize), []byte("APETAGEX")):
		footer := last(apeSize)
		size := int64(binary.LittleEndian.Uint32(footer[12:]))
		if binary.LittleEndian.Uint32(footer[20:])&apeHasHeader != 0 {
			size += apeSize
		}
		return max(size, apeSize)
	case bytes.HasSuffix(b, []byte("LYRICS200")) && len(b) >= 15:
		size, err := strconv.ParseUint(string(b[len(b)-15:len(b)-9]), 10, 32)
		if err != nil {
			return 0
		}
		return int64(size) + 15
	case bytes.HasPrefix(last(10), []byte("3DI")) && len(b) >= 10:
		return id3v2Size(last(10)) + 10
	}
	return 0
}
