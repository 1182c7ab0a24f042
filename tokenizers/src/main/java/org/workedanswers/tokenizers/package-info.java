/** Text to a model's tokens and back: WordPiece, byte-level BPE and SentencePiece's BPE. */
package org.workedanswers.tokenizers;
