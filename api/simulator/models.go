package simulator

// model is a model as listed by the API; see
// https://sync.so/docs/api-reference.
type model struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Type        string `json:"type"`
	Version     string `json:"version"`
	Description string `json:"description"`

	frame price // list price per output frame
}

// models returns the five public models.
func models() []model {
	return []model{
		{"mdl_7c41", "sync-3", "lipsync", "3.0.0", "Whole-shot lip sync for hard scenes, up to 4K", 534},
		{"mdl_19af", "lipsync-2", "lipsync", "2.0.0", "General lip sync, quick and cheap", 200},
		{"mdl_5e02", "lipsync-2-pro", "lipsync", "2.0.0", "lipsync-2 with finer detail", 333},
		{"mdl_a3d8", "lipsync-1.9.0-beta", "lipsync", "1.9.0", "Older model, the fastest", 100},
		{"mdl_0b66", "react-1", "react", "1.0.0", "Expression and head movement, up to 15 s", 667},
	}
}

func modelNames() []string {
	var names []string
	for _, m := range models() {
		names = append(names, m.Name)
	}
	return names
}
