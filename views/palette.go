package views

// Palette is what the palette found, the best first.
type Palette struct{ Hits []SearchHit }
