package matroska

import (
	"bytes"
	"errors"

	"dubtop/api/media/file"
)

// The elements of a cluster.
const (
	idTimestamp      = 0xE7
	idSimpleBlock    = 0xA3
	idBlockGroup     = 0xA0
	idBlock          = 0xA1
	idBlockDuration  = 0x9B
	idDiscardPadding = 0x75A2
)

// mostClusters is how many clusters are remembered. The wanted track seldom
// ends more than a few before the last.
const mostClusters = 1 << 16

// clusterMagic is idCluster as it stands in the file.
const clusterMagic = "\x1F\x43\xB6\x75"

// near visits all clusters and returns where the segment ends. Of the clusters
// with a size it reads only the first and the last ones.
func (m *matroska) near() (int64, error) {
	end := min(m.segment.end, m.source.Size())
	var sized []element
	at := m.first
	for at < end {
		e, err := m.element(at)
		switch {
		case err != nil:
			err = m.endsIn(at, end, err)
		case e.id == idEBML || e.id == idSegment:
			return at, m.finish(sized) // another file follows
		case e.id == idCluster && e.open:
			at, err = m.cluster(e.body, end, (*mkvTrack).both, nil)
		default:
			end = max(end, min(e.end, m.source.Size())) // the segment's size may be wrong
			at, err = m.pass(&sized, e)
		}
		if errors.Is(err, file.ErrDamaged) && m.source.Failure() == nil {
			at, err = m.resync(at+1, end)
		}
		if err != nil {
			return at, err
		}
	}
	return at, m.finish(sized)
}

// pass skips an element with a size and returns where it ends. A cluster is
// remembered, and read until the wanted tracks have begun.
func (m *matroska) pass(sized *[]element, e element) (int64, error) {
	switch {
	case e.open || !isTop(e.id) && e.id != idVoid:
		return e.at, file.ErrDamaged
	case e.end > m.source.Size():
		return e.at, file.ErrCutOff
	case e.id != idCluster:
		return e.end, nil
	}
	if len(*sized) == mostClusters {
		*sized = append((*sized)[:0], (*sized)[mostClusters/2:]...)
	}
	*sized = append(*sized, e)
	if m.begun() {
		return e.end, nil
	}
	_, err := m.cluster(e.body, e.end, (*mkvTrack).begin, nil)
	return e.end, unlessDamaged(err)
}

// unlessDamaged ignores clusters that are partly unreadable, as players do.
func unlessDamaged(err error) error {
	if errors.Is(err, file.ErrDamaged) {
		return nil
	}
	return err
}

// begun reports whether the wanted tracks have begun.
func (m *matroska) begun() bool {
	for _, t := range m.wanted() {
		if !t.started {
			return false
		}
	}
	return true
}

// finish reads the clusters backwards until it has seen the end of each wanted
// track. It then reads one more, because pictures may be stored out of order.
func (m *matroska) finish(clusters []element) error {
	more := 1
	for i := len(clusters) - 1; i >= 0; i-- {
		if err := m.ends(clusters[i].body, clusters[i].end); unlessDamaged(err) != nil {
			return err
		}
		if m.ended() {
			if more--; more < 0 {
				return nil
			}
		}
	}
	return nil
}

// ended reports whether the last blocks of the wanted tracks have been read.
func (m *matroska) ended() bool {
	for _, t := range m.wanted() {
		if !t.ended {
			return false
		}
	}
	return true
}

// cluster reads the blocks between two offsets and returns where it stopped. A
// cluster without a size ends at the next element of the segment.
func (m *matroska) cluster(at, end int64, take func(*mkvTrack, mkvBlock), enough func() bool) (int64, error) {
	for at < end && (enough == nil || !enough()) {
		e, err := m.element(at)
		if err != nil {
			return at, m.endsIn(at, m.source.Size(), err)
		}
		if isTop(e.id) {
			return at, nil
		}
		if err = m.inside(e, end); err != nil {
			return at, err
		}
		switch e.id {
		case idTimestamp:
			var ticks uint64
			ticks, err = m.unsigned(e)
			m.base = int64(min(ticks, 1<<52))
		case idSimpleBlock:
			err = m.block(e, mkvBlock{}, take)
		case idBlockGroup:
			err = m.group(e, take)
		}
		if err != nil {
			return at, err
		}
		at = e.end
	}
	return at, nil
}

// endsIn turns err into [file.ErrCutOff] if the file ends within the header of
// an element.
func (m *matroska) endsIn(at, end int64, err error) error {
	const longest = 16
	if m.source.Failure() == nil && at+longest > end {
		return file.ErrCutOff
	}
	return err
}

// inside checks an element of a cluster.
func (m *matroska) inside(e element, end int64) error {
	switch {
	case e.open || !isInCluster(e.id):
		return file.ErrDamaged
	case e.end > m.source.Size() && end >= m.source.Size():
		return file.ErrCutOff
	case e.end > end:
		return file.ErrDamaged
	}
	return nil
}

// group reads a block with extra fields.
func (m *matroska) group(group element, take func(*mkvTrack, mkvBlock)) error {
	var block element
	var b mkvBlock
	err := m.children(group, func(e element) error {
		switch e.id {
		case idBlock:
			block = e
		case idBlockDuration:
			ticks, err := m.unsigned(e)
			b.seconds = float64(ticks) * m.scale
			return err
		case idDiscardPadding:
			value, err := m.unsigned(e)
			width := uint(8 * (e.end - e.body))
			b.dropped = float64(int64(value<<(64-width))>>(64-width)) / 1e9 // sign-extended
			return err
		}
		return nil
	})
	if err != nil || block.id == 0 {
		return err
	}
	return m.block(block, b, take)
}

// block reads the header of a block and passes it to take.
func (m *matroska) block(e element, b mkvBlock, take func(*mkvTrack, mkvBlock)) error {
	const short, long = 48, 1 << 10
	head, err := m.source.Bytes(e.body, int(min(e.end-e.body, short)))
	if err != nil {
		return err
	}
	number, ticks, flags, size := blockHead(head)
	t := m.byNumber(number)
	if t == nil || size == 0 {
		return nil
	}
	b.ticks = m.base + int64(ticks)
	if flags&6 != 0 { // more than one frame
		if head, err = m.source.Bytes(e.body, int(min(e.end-e.body, long))); err != nil {
			return err
		}
	}
	if stands := t.blockStands(head[size:], flags, e.end-e.body-int64(size)); stands > 0 && (b.seconds == 0 || t.kind == file.Audio) {
		b.seconds = stands
	}
	take(t, b)
	return nil
}

// byNumber returns the picture or sound track with a number, else nil.
func (m *matroska) byNumber(number uint64) *mkvTrack {
	for _, t := range m.tracks {
		if t.number == number {
			if t.kind == file.Unknown {
				return nil
			}
			return t
		}
	}
	return nil
}

// isTop reports whether an element belongs in or beside the segment, not in a
// cluster.
func isTop(id uint64) bool {
	switch id {
	case idEBML, idSegment, idSeekHead, idInfo, idTracks, idCluster, idCues, idTags, idChapters, idAttachments:
		return true
	}
	return false
}

// isInCluster reports whether an element may stand in a cluster.
func isInCluster(id uint64) bool {
	const crc, position, prevSize, encrypted, silent = 0xBF, 0xA7, 0xAB, 0xAF, 0x5854
	switch id {
	case idTimestamp, idSimpleBlock, idBlockGroup, idVoid, crc, position, prevSize, encrypted, silent:
		return true
	}
	return false
}

// resync finds the next cluster behind damage.
func (m *matroska) resync(at, end int64) (int64, error) {
	const step = 64 << 10
	w := m.source.Forward(step)
	for at < end {
		b, err := w.Rest(at, end)
		if err != nil {
			return at, err
		}
		if i := bytes.Index(b, []byte(clusterMagic)); i >= 0 {
			return at + int64(i), nil
		}
		at += max(int64(len(b)-len(clusterMagic)+1), 1)
	}
	return end, nil
}
