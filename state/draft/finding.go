package draft

// Finding is the result of inspecting an input's file.
type Finding struct {
	Holds   string  // video, image or audio; "" if unknown
	Seconds float64 // length of the track that is used; 0 if unknown or an image
	Within  float64 // margin of error of Seconds, in seconds
	Refuse  string  // why the file itself is unsuitable; "" if it is fine
	// Warn is any other concern, or "". For example, a link that can't be
	// reached from here may still work for the server.
	Warn string
	// Broken is set if the server will not get the file either: the link leads
	// nowhere, to a web page, or to a file that is damaged.
	Broken bool
	// Untried is set if it was skipped because its host sends nothing.
	Untried bool
}
