/** Types of the Worker name it; nothing here has one. Wrangler's own would demand its settings of `process.env`. */
type Env = object
