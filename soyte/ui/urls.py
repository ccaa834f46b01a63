from django.urls import path

from soyte.ui import story

prefix = "_ui/"
app_name = "ui"
urlpatterns = [path("", story.story, name="story")]
