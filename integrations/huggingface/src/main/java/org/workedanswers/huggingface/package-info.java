/** Models as Hugging Face's hub lays them out in a folder. */
package org.workedanswers.huggingface;
