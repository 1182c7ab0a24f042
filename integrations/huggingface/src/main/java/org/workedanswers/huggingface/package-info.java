/**
 * Models as Hugging Face's hub lays them out in a folder. {@link
 * org.workedanswers.huggingface.TokenizerJson} reads {@code tokenizer.json}.
 */
package org.workedanswers.huggingface;
