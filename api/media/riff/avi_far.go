package riff

import (
	"encoding/binary"
	"errors"
	"math"

	"dubtop/api/media/file"
)

// declare takes the lengths from the lists of indexes, which stand before the
// pictures and the sound. It serves where nothing else can be read.
func (f *aviFile) declare(info *file.Info) error {
	for _, kind := range []file.Kind{file.Video, file.Audio} {
		st := f.first(kind)
		if st == nil || f.source.Want() != file.Unknown && f.source.Want() != kind {
			continue
		}
		if !st.indexed {
			return file.ErrTooFar
		}
		if f.source.Sized() && st.indexedEnd > f.source.Size() {
			return file.ErrCutOff
		}
		f.set(info, st, st.indexedLength)
	}
	return nil
}

// set enters the length of a stream, given in units.
func (f *aviFile) set(info *file.Info, st *aviStream, units int64) {
	if st.kind == file.Video {
		info.Picture.Seconds = st.seconds(units)
	} else {
		info.Sound.Seconds = st.seconds(units)
	}
}

// far measures a file of which only part may be read, by the lists of indexes
// or by the index at its end.
func (f *aviFile) far(info *file.Info) error {
	if err := f.farEnd(); err != nil {
		return err
	}
	if err := f.declare(info); err == nil || !errors.Is(err, file.ErrTooFar) || f.source.Room() == 0 {
		return err
	}
	index, err := f.chunk(f.movi.next())
	if err != nil || index.name != "idx1" {
		return file.ErrTooFar
	}
	part := min(64<<10, f.source.Room()/4) / aviEntry * aviEntry
	if index.size <= f.source.Room()-part {
		entries, err := f.entries(index.at, index.size)
		if err != nil {
			return err
		}
		return f.byIndex(info, entries, index.size)
	}
	first, err := f.entries(index.at, part)
	if err != nil {
		return err
	}
	last, err := f.entries(index.at+(index.size-part)/aviEntry*aviEntry, part)
	if err != nil {
		return err
	}
	return f.byIndex(info, append(first, last...), index.size)
}

// farEnd checks that the file is complete: it ends where its header says, or
// with its index.
func (f *aviFile) farEnd() error {
	const slack = 8
	if f.end <= f.source.Size()+slack {
		return nil
	}
	if f.source.Room() == 0 {
		return file.ErrTooFar
	}
	if index, err := f.chunk(f.movi.next()); err != nil || index.name != "idx1" || index.next() > f.source.Size() {
		return file.ErrCutOff
	}
	return nil
}

// aviEntry is the size of an index entry in bytes: name, flags, offset, size.
const aviEntry = 16

// entries reads a part of the index.
func (f *aviFile) entries(at, size int64) ([]byte, error) {
	f.source.Expect(size)
	b, err := f.source.Some(at, int(size))
	return b[:len(b)/aviEntry*aviEntry], err
}

// byIndex counts the entries of the index. If only part of it was read, it
// takes the lengths from the header, provided that they fit that part.
func (f *aviFile) byIndex(info *file.Info, entries []byte, size int64) error {
	for ; len(entries) >= aviEntry; entries = entries[aviEntry:] {
		f.add(riffChunk{name: string(entries[:4]), size: int64(binary.LittleEndian.Uint32(entries[12:]))})
	}
	seen := int64(0)
	for _, st := range f.streams {
		seen += st.chunks
	}
	all := seen == size/aviEntry
	for _, kind := range []file.Kind{file.Video, file.Audio} {
		st := f.first(kind)
		if st == nil || f.source.Want() != file.Unknown && f.source.Want() != kind || seen == 0 {
			continue
		}
		units := float64(st.units()) * float64(size/aviEntry) / float64(seen)
		if !all && math.Abs(units-float64(st.length)) > units/50 {
			return file.ErrTooFar
		}
		if !all {
			units = float64(st.length)
		}
		f.set(info, st, int64(units))
	}
	return nil
}

// units returns the number of units in the chunks counted.
func (st *aviStream) units() int64 {
	if st.kind == file.Audio && st.unit > 0 {
		return st.bytes / st.unit
	}
	return st.chunks
}
