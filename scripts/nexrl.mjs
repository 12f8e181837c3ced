#!/usr/bin/env node
// nexrl …: the reference framework's command line, answered by Galley.
import './galley.mjs';
