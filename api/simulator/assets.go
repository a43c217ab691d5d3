package simulator

import (
	"cmp"
	"encoding/base64"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// asset is a file of the library.
type asset struct {
	Asset
	created time.Time
}

// assetWire is an asset in JSON.
type assetWire struct {
	ID         string `json:"id"`
	CreatedAt  string `json:"createdAt"`
	UpdatedAt  string `json:"updatedAt"`
	Type       string `json:"type"`
	Visibility string `json:"visibility"`
	*assetExtras
}

// assetExtras are the fields that an asset may lack.
type assetExtras struct {
	Name         string   `json:"name"`
	URL          string   `json:"url"`
	Size         int64    `json:"size"`
	Format       string   `json:"format"`
	InputType    string   `json:"inputType"`
	Seconds      *float64 `json:"durationSeconds"`
	ThumbnailURL *string  `json:"thumbnailUrl"`
	Width        *int     `json:"width"`
	Height       *int     `json:"height"`
}

// shownAsset returns an asset as sent, which is the same in all profiles.
func (s *Server) shownAsset(a *asset) assetWire {
	wire := assetWire{
		ID: a.ID, CreatedAt: stamp(a.created), UpdatedAt: stamp(a.created),
		Type: a.Type, Visibility: a.Visibility,
	}
	if a.Bare {
		return wire
	}
	x := &assetExtras{
		Name: a.Name, URL: s.whole(a.URL), Size: a.Size, InputType: a.InputType,
		Format: strings.TrimPrefix(path.Ext(a.Name), "."),
	}
	if a.Seconds > 0 {
		x.Seconds = &a.Seconds
	}
	if a.Type != "AUDIO" {
		thumbnail := s.storage + "/media/thumb_" + a.ID[:min(8, len(a.ID))] + ".png"
		width, height := 1920, 1080
		x.ThumbnailURL, x.Width, x.Height = &thumbnail, &width, &height
	}
	wire.assetExtras = x
	return wire
}

// keepAsset adds an asset to the library.
func (s *Server) keepAsset(a *asset) { s.assets = append(s.assets, a) }

// assetOf finds an asset in the library or among the files just uploaded.
func (s *Server) assetOf(id string, uploads []*asset) *asset {
	for _, known := range [][]*asset{uploads, s.assets} {
		if i := slices.IndexFunc(known, func(a *asset) bool { return a.ID == id }); i >= 0 {
			return known[i]
		}
	}
	return nil
}

// newAsset fills in the fields left empty. The lock must be held.
func (s *Server) newAsset(a Asset) *asset {
	a.ID = cmp.Or(a.ID, s.newID())
	a.Type = cmp.Or(a.Type, "VIDEO")
	a.Visibility = cmp.Or(a.Visibility, "ORGANIZATION")
	a.InputType = cmp.Or(a.InputType, "UPLOAD")
	extension := map[string]string{"AUDIO": ".wav", "IMAGE": ".png"}[a.Type]
	a.Name = cmp.Or(a.Name, "asset_"+a.ID[:min(8, len(a.ID))]+cmp.Or(extension, ".mp4"))
	if a.Type == "IMAGE" {
		a.Seconds = 0
	} else if a.Seconds == 0 {
		a.Seconds = lengthOf(a.Name)
	}
	if a.URL == "" {
		ext := path.Ext(a.Name)
		name := strings.TrimSuffix(a.Name, ext)
		if a.Type != "IMAGE" && !namedLength.MatchString(a.Name) {
			name += lengthSuffix(a.Seconds)
		}
		a.URL = "/media/" + url.PathEscape(name+ext)
	}
	return &asset{Asset: a, created: s.now().Add(-a.Age)}
}

// uploaded returns the asset for a file in a multipart body.
func (s *Server) uploaded(field, name string, size int64, seconds float64) *asset {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newAsset(Asset{Type: strings.ToUpper(field), Name: name, Size: size, Seconds: seconds})
}

func (s *Server) getAsset(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	s.mu.Lock()
	a := s.assetOf(id, nil)
	var wire assetWire
	if a != nil {
		wire = s.shownAsset(a)
	}
	s.mu.Unlock()
	switch {
	case a != nil:
		writeJSON(w, http.StatusOK, wire)
	case uuid.Validate(id) != nil:
		refuse(http.StatusBadRequest, "invalid_asset_id_format", "The asset id is not valid").write(w)
	default:
		refuse(http.StatusNotFound, "asset_not_found", "Asset not found").write(w)
	}
}

func (s *Server) listAssets(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	limit, f := limitOf(q, 20, maxPage)
	var found []*asset
	if f == nil {
		found, f = s.foundAssets(q)
	}
	var first int
	if f == nil {
		first, f = afterCursor(found, func(a *asset) string { return a.ID }, q.Get("cursor"))
	}
	if f != nil {
		f.write(w)
		return
	}
	last := min(first+limit, len(found))
	page := map[string]any{"totalCount": len(found)}
	items := make([]assetWire, 0, last-first)
	s.mu.Lock()
	for _, a := range found[first:last] {
		items = append(items, s.shownAsset(a))
	}
	s.mu.Unlock()
	page["items"] = items
	if last < len(found) {
		page["nextCursor"] = cursorAfter(found[last-1].ID)
	}
	writeJSON(w, http.StatusOK, page)
}

// foundAssets returns the library, filtered and sorted.
func (s *Server) foundAssets(q url.Values) ([]*asset, *failure) {
	types := listOf(q, "types")
	for i, kind := range types {
		if types[i] = strings.ToUpper(kind); !slices.Contains([]string{"AUDIO", "VIDEO", "IMAGE"}, types[i]) {
			return nil, invalid("each value in types must be one of the following values: AUDIO, VIDEO, IMAGE")
		}
	}
	order, ok := assetOrder(cmp.Or(q.Get("sortBy"), "dateDesc"))
	if !ok {
		return nil, invalid("sortBy must be one of the following values: nameAsc, nameDesc, dateAsc, dateDesc, " +
			"durationAsc, durationDesc, sizeAsc, sizeDesc, kindAsc, kindDesc")
	}
	project := q.Get("projectId")
	if project != "" && uuid.Validate(project) != nil {
		return nil, invalid("projectId must be a UUID")
	}
	search := strings.ToLower(q.Get("searchQuery"))
	var found []*asset
	s.mu.Lock()
	for _, a := range s.assets {
		if (project == "" || project == a.ProjectID) && (len(types) == 0 || slices.Contains(types, a.Type)) &&
			strings.Contains(strings.ToLower(a.Name), search) {
			found = append(found, a)
		}
	}
	s.mu.Unlock()
	slices.SortStableFunc(found, order)
	return found, nil
}

// assetOrder parses sortBy.
func assetOrder(name string) (func(a, b *asset) int, bool) {
	var order func(a, b *asset) int
	key, down := strings.CutSuffix(name, "Desc")
	if !down {
		key, _ = strings.CutSuffix(name, "Asc")
	}
	switch key {
	case "name":
		order = func(a, b *asset) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) }
	case "date":
		order = func(a, b *asset) int { return a.created.Compare(b.created) }
	case "duration":
		order = func(a, b *asset) int { return cmp.Compare(a.Seconds, b.Seconds) }
	case "size":
		order = func(a, b *asset) int { return cmp.Compare(a.Size, b.Size) }
	case "kind":
		order = func(a, b *asset) int { return strings.Compare(a.Type, b.Type) }
	}
	known := order != nil && key != name
	// Ties are broken by id, so that pages never overlap.
	return func(a, b *asset) int {
		if down {
			a, b = b, a
		}
		return cmp.Or(order(a, b), strings.Compare(a.ID, b.ID))
	}, known
}

// cursorAfter is the cursor of the page after the item with the id.
func cursorAfter(id string) string { return base64.RawURLEncoding.EncodeToString([]byte(id)) }

// afterCursor returns the index where the page after a cursor begins.
func afterCursor[T any](found []T, idOf func(T) string, cursor string) (int, *failure) {
	if cursor == "" {
		return 0, nil
	}
	id, err := base64.RawURLEncoding.DecodeString(cursor)
	at := slices.IndexFunc(found, func(item T) bool { return idOf(item) == string(id) })
	if err != nil || at < 0 {
		return 0, invalid("cursor is not valid")
	}
	return at + 1, nil
}
