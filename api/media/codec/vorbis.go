package codec

// Vorbis keeps the block sizes of a stream. A packet yields half of its own
// block and half of the one before, so the first packet yields nothing.
type Vorbis struct {
	Short, Long int64
	before      int64
	modes       []bool // whether the mode uses long blocks
}

// Samples is the number of samples that a packet adds for each channel: none for
// a header and for the first packet of sound.
func (v *Vorbis) Samples(p []byte) int64 {
	if len(p) == 0 || p[0]&1 != 0 {
		return 0
	}
	block, bits := v.Short, 0
	for 1<<bits < len(v.modes) {
		bits++
	}
	if mode := int(p[0]>>1) & (1<<bits - 1); mode < len(v.modes) && v.modes[mode] {
		block = v.Long
	}
	var n int64
	if v.before > 0 {
		n = (v.before + block) / 4
	}
	v.before = block
	return n
}

// SetUp finds the modes at the end of the third header. It reads them
// backwards, because reaching them forwards would mean decoding all that comes
// before. Each mode has 41 bits, all but nine of them 0, and their number comes
// first.
func (v *Vorbis) SetUp(p []byte) {
	const modeBits, mostModes = 41, 64
	if len(p) == 0 || p[0] != 5 {
		return
	}
	bit := func(i int) int { return int(p[i/8]>>(i%8)) & 1 }
	bits := func(from, n int) (value int) {
		for i := range n {
			value |= bit(from+i) << i
		}
		return value
	}
	end := 8*len(p) - 1
	for end > 0 && bit(end) == 0 { // the framing bit is the last bit set
		end--
	}
	var modes []bool // last first
	for at := end - modeBits; at > 6 && len(modes) < mostModes; at -= modeBits {
		if bits(at+1, 32) != 0 || bits(at+33, 8) > 63 {
			break
		}
		modes = append(modes, bit(at) == 1)
		if bits(at-6, 6)+1 == len(modes) {
			v.modes = nil
			for i := len(modes) - 1; i >= 0; i-- {
				v.modes = append(v.modes, modes[i])
			}
		}
	}
}
