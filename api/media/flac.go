package media

import "encoding/binary"

// flac reads the number of samples and the sample rate from STREAMINFO, which
// must come first. An encoder that did not know the number left it 0.
func (s *source) flac(at int64) (Info, error) {
	block, err := s.bytes(at+4, 4+18)
	if err != nil {
		return Info{}, err
	}
	if block[0]&0x7f != 0 { // the type of the block; the top bit says it is the last
		return Info{}, ErrDamaged
	}
	packed := binary.BigEndian.Uint64(block[4+10:]) // 20 bits rate, 8 bits shape, 36 bits samples
	rate, samples := packed>>44, packed&(1<<36-1)
	if rate == 0 {
		return Info{}, ErrDamaged
	}
	return soundOf("flac", float64(samples)/float64(rate)), nil
}
