package mp4

import (
	"math"
	"slices"

	"dubtop/api/media/file"
)

// checkEnd checks that the last samples of a track are in the file. A program
// that is still copying it may have reserved the space without having filled
// it.
func (m *movie) checkEnd(t *track) error {
	s := m.source
	if t.lastChunk == 0 || !s.Sized() || s.IsRemote() && m.filled && !m.open {
		return nil // the enclosing box is known to be complete
	}
	if t.lastChunk >= s.Size() {
		return file.ErrCutOff
	}
	length, err := m.lastLength(t)
	if err != nil {
		return err
	}
	if length > s.Size()-t.lastChunk {
		return file.ErrCutOff
	}
	if s.IsRemote() || t.plainSound() {
		return nil
	}
	return filled(s, t.lastChunk, length)
}

// filled reports [file.ErrCutOff] if the last chunk ends in zeros: space that
// was reserved and not filled.
func filled(s *file.Source, chunk, length int64) error {
	end, n := chunk+max(length, 1), min(max(length, 64), 64)
	begin := max(chunk, min(end, s.Size())-n)
	last, err := s.Bytes(begin, int(min(n, s.Size()-begin)))
	if err == nil && len(last) > 8 && !slices.ContainsFunc(last, func(b byte) bool { return b != 0 }) {
		return file.ErrCutOff
	}
	return err
}

// lastLength returns the number of bytes in the last chunk, 0 if that is not
// known.
func (m *movie) lastLength(t *track) (int64, error) {
	for _, box := range []span{t.chunks, t.sizes} {
		size := box.to - box.from
		if size <= 0 || m.source.IsRemote() && (size > maxTable || !m.source.Reach(box.from, size)) {
			return 0, nil
		}
	}
	before, known, err := m.samplesBefore(t)
	if err != nil || !known {
		return 0, err
	}
	return m.sumOfSizes(t, before)
}

// samplesBefore returns the number of samples before the last chunk, if the
// chunk table is consistent.
func (m *movie) samplesBefore(t *track) (n uint64, known bool, err error) {
	list, err := m.table(t.chunks, 12)
	if err != nil {
		return 0, false, err
	}
	before, first, each := uint64(0), uint64(1), uint64(0) // samples in all chunks up to the current entry
	for {
		entry, err := list.next(12)
		if err != nil {
			return 0, false, err
		}
		if entry == nil {
			break
		}
		begins := file.BigEndian(entry[:4])
		if begins < first || before > math.MaxUint32 {
			return 0, false, nil
		}
		before, first, each = before+(begins-first)*each, begins, file.BigEndian(entry[4:8])
	}
	if t.chunkCount < first || each == 0 {
		return 0, false, nil
	}
	before += (t.chunkCount - first) * each
	return before, before < t.samples, nil
}

// sumOfSizes adds up the sizes of a track's samples, leaving out the first skip
// ones.
func (m *movie) sumOfSizes(t *track, skip uint64) (sum int64, err error) {
	sizes := stream{source: m.source, at: t.sizes.from + 4*int64(skip), end: t.sizes.to}
	for n := t.samples - skip; n > 0; n-- {
		size, err := sizes.next(4)
		if size == nil || err != nil {
			return sum, err
		}
		sum += int64(file.BigEndian(size))
	}
	return sum, nil
}

// plainSound reports whether the track stores silence as zeros.
func (t *track) plainSound() bool {
	switch t.codec {
	case "raw ", "twos", "sowt", "lpcm", "in24", "in32", "fl32", "fl64", "ipcm", "fpcm", "NONE", "ulaw", "alaw":
		return true
	}
	return false
}
