package frames

import (
	"bytes"
	"encoding/binary"
	"strconv"

	"dubtop/api/media/file"
)

// Tags may stand before and behind the sound, and in the middle of joined
// files. They contain pictures and text that may look like sound.

const (
	id3v1Size    = 128
	id3v1Large   = 227 // size of the extension that may precede an ID3v1 tag
	apeSize      = 32  // of a header or a footer
	apeHasHeader = 1 << 31
	apeIsHeader  = 1 << 29
	// tagHeader is how many bytes [tagSize] needs.
	tagHeader = apeSize
)

// tagSize returns the size in bytes of the tag at the beginning of b, 0 if
// there is none.
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

// id3v2Size returns the size of an ID3v2 tag, including its header of 10 bytes.
// Each byte of the number holds seven bits.
func id3v2Size(b []byte) int64 {
	size := int64(b[6])<<21 | int64(b[7])<<14 | int64(b[8])<<7 | int64(b[9])
	if b[5]&0x10 != 0 {
		size += 10 // a footer repeats the header
	}
	return 10 + size
}

// tagsBefore returns where the tags that begin at an offset end. There may be
// several, since programs that do not understand a tag put their own before it.
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

// tagsBehind returns where the sound ends and the tags at the end of the file
// begin.
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

// tailTag returns the size in bytes of the tag at the end of b, 0 if there is
// none.
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
