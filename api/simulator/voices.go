package simulator

import "net/http"

// voice is a voice in JSON.
type voice struct {
	ID              string  `json:"id"`
	InternalVoiceID *string `json:"internalVoiceId"`
	VoiceID         *string `json:"voiceId"`
	Name            string  `json:"name"`
	Provider        string  `json:"provider"`
	PreviewURL      *string `json:"previewUrl"`
	Restriction     *string `json:"restriction"`
}

// voices returns the account's voices: three built-in, two cloned, one of which
// may not speak.
func (s *Server) voices() []voice {
	preview := func(name string) *string {
		link := s.StorageURL() + "/media/" + name + "_6s.mp3"
		return &link
	}
	of := func(s string) *string { return &s }
	return []voice{
		{ID: "voice_anna", VoiceID: of("voice_anna"), Name: "Anna", Provider: "elevenlabs", PreviewURL: preview("anna")},
		{ID: "voice_bruno", VoiceID: of("voice_bruno"), Name: "Bruno", Provider: "elevenlabs", PreviewURL: preview("bruno")},
		{ID: "voice_chandra", VoiceID: of("voice_chandra"), Name: "Chandra", Provider: "elevenlabs"},
		{ID: "clone_4711", InternalVoiceID: of("iv_4711"), VoiceID: of("xi_9f02"), Name: "Our narrator", Provider: "elevenlabs", PreviewURL: preview("narrator")},
		{ID: "clone_4712", InternalVoiceID: of("iv_4712"), VoiceID: of("xi_9f03"), Name: "Old narrator", Provider: "elevenlabs", Restriction: of("consent_missing")},
	}
}

func (s *Server) listVoices(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{"voices": s.voices()})
}

func (s *Server) getVoice(w http.ResponseWriter, r *http.Request) {
	for _, v := range s.voices() {
		if v.ID == r.PathValue("id") {
			writeJSON(w, http.StatusOK, v)
			return
		}
	}
	refuse(http.StatusNotFound, "voice_not_found", "Voice not found").write(w)
}
