/**
 * Text to a model's tokens and back, from the files that come with the model.
 *
 * <table>
 *   <caption>Which scheme is whose</caption>
 *   <tr><th>models</th><th>scheme</th></tr>
 *   <tr><td>BERT, MiniLM, bge</td><td>{@link org.workedanswers.tokenizers.WordPiece}</td></tr>
 *   <tr><td>GPT-2, Llama 3, Qwen 2</td>
 *       <td>{@link org.workedanswers.tokenizers.ByteLevelBpe}</td></tr>
 *   <tr><td>Llama 1 and 2, llama2.c's stories</td>
 *       <td>{@link org.workedanswers.tokenizers.SentencePieceBpe}</td></tr>
 * </table>
 *
 * <p>Start with {@link org.workedanswers.tokenizers.WordPiece}, which cuts words greedily; then
 * {@link org.workedanswers.tokenizers.ByteLevelBpe}, which merges by rank, and {@link
 * org.workedanswers.tokenizers.SentencePieceBpe}, the same over characters and by score. All are a
 * {@link org.workedanswers.tokenizers.Tokenizer}; {@link org.workedanswers.tokenizers.TokenStream}
 * gives text while a model still writes.
 */
package org.workedanswers.tokenizers;
