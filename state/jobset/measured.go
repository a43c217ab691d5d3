package jobset

// Measured is the result of inspecting a row's files. The zero Measured means
// that they have not been measured.
type Measured struct {
	Done                 bool
	Video, Audio, Output float64 // seconds; 0 if unknown
	About                bool    // Output is approximate
	// Fault says why the files can't be sent, such as a picture that is too
	// large.
	Fault string
	// Doubt says why the job would probably fail, such as a link that leads
	// nowhere. The row is left out unless the user puts it back.
	Doubt string
	// Note is worth knowing, such as a sound that is longer than the picture, or
	// a length that is not known.
	Note string
}

// Measure stores the result of inspecting the row's files. A doubt leaves the
// row out unless the user has decided about it.
func (r *Row) Measure(m Measured) {
	r.Measured = m
	r.settle()
}

// Decide leaves the row out or puts it back.
func (r *Row) Decide(out bool) { r.Out, r.Decided = out, true }
