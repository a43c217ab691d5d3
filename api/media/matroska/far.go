package matroska

import (
	"bytes"
	"errors"
	"math/bits"

	"dubtop/api/media/file"
)

// The elements of the index (Cues).
const (
	idCuePoint           = 0xBB
	idCueTrackPositions  = 0xB7
	idCueClusterPosition = 0xF1
	idVoid               = 0xEC
)

// far measures a file of which only part may be read, by its first and its last
// cluster. It finds the last one from the end of the file, or through the index
// if the cluster is too long for that.
func (m *matroska) far() error {
	if m.source.Room() == 0 {
		return file.ErrTooFar
	}
	if err := m.farBegin(); err != nil {
		return err
	}
	end := m.clustersEnd()
	const short, long = 64 << 10, 256 << 10
	m.source.Expect(0)
	for _, length := range []int64{min(short, m.source.Room()/4), min(long, m.source.Room()/2)} {
		if err := m.tail(end, length); err != nil || m.ended() {
			return err
		}
	}
	return m.byCues(end)
}

// farBegin reads the first clusters until the wanted tracks have begun, but at
// most half of the allowance.
func (m *matroska) farBegin() error {
	rest := m.source.Room() / 2
	enough := func() bool { return m.begun() || m.source.Room() < rest }
	for at := m.first; !enough(); {
		e, err := m.element(at)
		if err != nil {
			return err
		}
		if e.id != idCluster {
			break
		}
		if at, err = m.cluster(e.body, e.end, (*mkvTrack).begin, enough); err != nil {
			return err
		}
	}
	if !m.begun() {
		return file.ErrTooFar
	}
	return nil
}

// clustersEnd returns where the clusters end: at the end of the file, or where
// the elements behind them begin.
func (m *matroska) clustersEnd() int64 {
	end := min(m.segment.end, m.source.Size())
	for id, at := range m.seeks {
		switch id {
		case idCues, idTags, idChapters, idAttachments:
			if at > m.first {
				end = min(end, at)
			}
		}
	}
	return end
}

// tail reads the clusters that begin in the last length bytes before end.
func (m *matroska) tail(end, length int64) error {
	from := max(end-length, m.first)
	b, err := m.source.Some(from, int(end-from))
	if err != nil {
		return err
	}
	limit := end
	for i := len(b); !m.ended(); {
		if i = bytes.LastIndex(b[:i], []byte(clusterMagic)); i < 0 {
			return nil
		}
		e, err := m.element(from + int64(i))
		if err != nil || !m.isCluster(e) {
			continue
		}
		if !e.open && e.end > m.source.Size() {
			return file.ErrCutOff
		}
		if e.open {
			e.end = limit
		}
		if err = m.ends(e.body, e.end); unlessDamaged(err) != nil {
			return err
		}
		limit = e.at
	}
	return nil
}

// isCluster reports whether an element begins like a cluster: with its time,
// perhaps after a checksum. Sound may contain the cluster's magic number by
// chance.
func (m *matroska) isCluster(e element) bool {
	const crc = 0xBF
	child, err := m.element(e.body)
	if err == nil && child.id == crc {
		child, err = m.element(child.end)
	}
	return err == nil && child.id == idTimestamp && child.end-child.body <= 8
}

// ends reads the blocks between two offsets as the last ones of their tracks.
func (m *matroska) ends(at, end int64) error {
	seen := map[*mkvTrack]bool{}
	_, err := m.cluster(at, end, func(t *mkvTrack, b mkvBlock) {
		seen[t] = true
		t.end(b)
	}, nil)
	for t := range seen {
		t.ended = true
	}
	return err
}

// byCues finds the last cluster through the index and reads the blocks at its
// end.
func (m *matroska) byCues(end int64) error {
	at, err := m.lastCue()
	if err != nil {
		return err
	}
	const hops = 16
	m.source.Expect(0)
	var last []element
	for n := 0; n < hops && at < end; n++ {
		e, err := m.element(at)
		if err != nil {
			return err
		}
		if e.id != idCluster || e.open {
			break
		}
		last = append(last, e)
		at = e.end
	}
	for n := len(last) - 1; n >= 0; n-- {
		if err := m.suffix(last[n]); err != nil {
			return err
		}
		if m.ended() {
			return nil
		}
	}
	return file.ErrTooFar
}

// lastCue returns where the last cluster in the index begins.
func (m *matroska) lastCue() (int64, error) {
	at, ok := m.seeks[idCues]
	if !ok {
		return 0, file.ErrTooFar
	}
	cues, err := m.element(at)
	if err != nil || cues.id != idCues || cues.open {
		return 0, file.ErrTooFar
	}
	if cues.end-cues.body > m.source.Room()/2 {
		return 0, file.ErrTooFar
	}
	m.source.Expect(cues.end - cues.body)
	last := int64(0)
	err = m.children(cues, func(point element) error {
		if point.id != idCuePoint {
			return nil
		}
		return m.children(point, func(positions element) error {
			if positions.id != idCueTrackPositions {
				return nil
			}
			return m.children(positions, func(e element) error {
				if e.id != idCueClusterPosition {
					return nil
				}
				position, err := m.unsigned(e)
				last = max(last, m.segment.body+int64(min(position, 1<<60)))
				return err
			})
		})
	})
	if err == nil && last == 0 {
		err = file.ErrTooFar
	}
	return last, err
}

// suffix reads the blocks at the end of a cluster: the longest run of blocks
// that leads exactly to the end.
func (m *matroska) suffix(cluster element) error {
	const short, long = 64 << 10, 320 << 10
	base, err := m.timestamp(cluster)
	if err != nil {
		return err
	}
	for _, length := range []int64{short, long} {
		from := max(cluster.end-min(length, m.source.Room()/2), cluster.body)
		b, err := m.source.Some(from, int(cluster.end-from))
		if err != nil {
			return err
		}
		if i := rowTo(b); i >= 0 {
			m.base = base
			err = m.ends(from+int64(i), cluster.end)
		}
		if err != nil || m.ended() {
			return err
		}
	}
	return nil
}

// rowTo returns where the longest run of blocks that ends exactly at the end of
// b begins, -1 if there is none.
func rowTo(b []byte) int {
	first := -1
	leads := make([]bool, len(b)+1) // whether a run begins there
	leads[len(b)] = true
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] != idSimpleBlock && b[i] != idBlockGroup && b[i] != idVoid || i+1 == len(b) || b[i+1] == 0 {
			continue
		}
		width := bits.LeadingZeros8(b[i+1]) + 1
		if i+1+width > len(b) {
			continue
		}
		size := file.BigEndian(b[i+1:i+1+width]) ^ 1<<(7*width)
		if next := uint64(i+1+width) + size; next <= uint64(len(b)) && leads[next] {
			leads[i], first = true, i
		}
	}
	return first
}

// timestamp returns the time of a cluster.
func (m *matroska) timestamp(cluster element) (ticks int64, err error) {
	err = file.ErrTooFar
	stop := errors.New("found")
	if found := m.children(cluster, func(e element) error {
		if e.id != idTimestamp {
			return nil
		}
		var value uint64
		value, err = m.unsigned(e)
		ticks = int64(min(value, 1<<52))
		return stop
	}); !errors.Is(found, stop) {
		return 0, file.ErrTooFar
	}
	return ticks, err
}
